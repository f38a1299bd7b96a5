"""What a person runs on programs and models: run, train, env, parity."""
