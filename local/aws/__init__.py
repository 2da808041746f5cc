"""The embedded AWS: starting it, deploying the template to it, and making good what it lacks."""
