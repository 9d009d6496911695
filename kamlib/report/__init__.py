"""What a reader gets: sentences and tables in notebooks (`text`), pages (`html`)."""
