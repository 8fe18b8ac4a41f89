"""From which column of a feed a column of a mart is made."""
