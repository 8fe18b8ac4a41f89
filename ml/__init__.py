"""What we predict: one folder a model, each with its parameters, features, training, validation, scoring and card."""
