"""What the room does with its data: rules that put scenes on the walls' alarm layer."""
