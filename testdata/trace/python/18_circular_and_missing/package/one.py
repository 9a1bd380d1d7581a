import two
