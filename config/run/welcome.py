"""The last lines of a start: the address, the accounts, the letters."""

PEOPLE = (
    ("apprenante@demo.example", "suit un parcours", "/mon-espace/"),
    ("formatrice@demo.example", "écrit et publie", "/admin/"),
    ("responsable@demo.example", "accompagne une cohorte", "/cohortes/"),
    ("admin@demo.example", "administre", "/admin/"),
)


def welcome(place, *, letters_on_disk):
    """What to read once everything runs; the accounts appear where the demonstration made them."""
    lines = ["", f"Faire alliance est prêt : {place.url}/", ""]
    password = place.var / "demo-password"
    if password.exists():
        lines.append(f"Comptes de démonstration, mot de passe : {password.read_text().strip()}")
        lines += [f"  {address:<26} {does:<24} {place.url}{path}" for address, does, path in PEOPLE]
        lines.append("")
    if letters_on_disk:
        lines.append(f"Courrier de démonstration : {place.url}/demo/courrier/")
    lines += [f"Journaux : {place.var / 'log'}", "Ctrl-C arrête tout.", ""]
    return "\n".join(lines)
