"""Reads what list tools give back."""


def records(value):
    """The records of a list result: the list itself, or the first list of objects among its members."""
    if isinstance(value, list):
        return value
    for member in value.values():
        if isinstance(member, list) and all(isinstance(item, dict) for item in member):
            return member
    raise SystemExit(f"No list of records among: {', '.join(value)}")


def matching(people, name):
    """The one person with that name; ends the program when there is none, or more than one."""
    wanted = name.casefold().split()
    found = [person for person in people if full_name(person) == wanted]
    if len(found) != 1:
        raise SystemExit(f"{len(found)} candidates are called {name}: {[person.get('id') for person in found]}")
    return found[0]


def full_name(person):
    names = (person.get("first_name"), person.get("last_name"))
    return (person.get("name") or " ".join(name for name in names if name)).casefold().split()
