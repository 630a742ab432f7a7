"""The HTML pages: routes, view models, and one module per page that makes its view model. Templates decide nothing."""
