"""Hours of traffic and trouble in minutes: the whole product in one process on a simulated clock (`make soak`)."""
