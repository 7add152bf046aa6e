"""Field problems by networks: last layers by Gauss-Newton, and whole networks by SPRING."""
