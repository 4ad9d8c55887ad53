"""What organisers do with units: look at the tree, change it with a history, set quotas, import and export."""
