"""What an entry may lack: related entries, tags, and whether it is there already under another name."""
