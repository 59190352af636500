"""What people see while a part of Aime is away."""
