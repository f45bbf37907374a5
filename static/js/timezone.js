// Tells the site where the reader's days begin and end; accounts/timezones.py reads it. A zone chosen on the account page wins.
// Whoever only reads needs no cookie: pages of visitors have no token.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const secure = location.protocol === "https:" ? "; secure" : "";
if (zone && document.querySelector("[name=csrfmiddlewaretoken]")) document.cookie = `zone=${zone}; path=/; max-age=31536000; samesite=lax${secure}`;
