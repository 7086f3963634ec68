from . import test_dunning_pages
