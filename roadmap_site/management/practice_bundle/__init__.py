"""What the page of practice runs Django with: Python and Django for the browser, the checker, and the editor."""
