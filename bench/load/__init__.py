"""How the long-lived service bears load: rising concurrency, a noisy neighbour, and a soak."""
