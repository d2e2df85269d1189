"""What messages say: Liquid over a documented set of variables, rendered within bounds, laid out for mail and widget."""
