"""Where things are: territories, their grids of cells, and the projection between them."""
