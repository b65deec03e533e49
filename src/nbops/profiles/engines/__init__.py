"""Tables as the libraries hold them: one adapter file each."""
