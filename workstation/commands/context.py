"""What a command may touch: services, passed in. There is no global to reach for."""
