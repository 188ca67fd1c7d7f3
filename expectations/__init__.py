"""What the law expects: official forms, rules and wording as data, and the little code that reads them."""
