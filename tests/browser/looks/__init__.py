"""What pages owe to eyes: nothing moves where the person wants calm, and every title can be read to its end."""
