"""Measures every mapping on 20 KB and on 1 MB of applications, here and in jsonata-python, and prints a table."""

import importlib.metadata
import json
import math
import pathlib
import random
import resource
import subprocess
import sys
import tempfile
import time

ROUNDS = 3
HERE = pathlib.Path(__file__).parent
FIRST = ["Ada", "Bo", "Cy", "Dee", "Eli", "Fay", "Gus", "Hal", "Ivy", "Jo"]
LAST = ["Ash", "Birch", "Cole", "Dale", "Elm", "Firth", "Glen", "Hart"]
STAGES = ["Application Review", "Phone Screen", "Onsite", "Offer", "Archived"]
SOURCES = ["Careers page", "Referral", "Agency"]


def application(number, chance):
    """One application of a made-up person, as wide as those of an applicant tracking system."""
    first, last = chance.choice(FIRST), chance.choice(LAST)
    return {
        "id": f"app-{number:06d}",
        "createdAt": f"2026-0{chance.randint(1, 9)}-{chance.randint(10, 28)}T09:{chance.randint(10, 59)}:00.000Z",
        "updatedAt": "2026-09-20T10:00:00.000Z",
        "status": chance.choice(["Active", "Active", "Archived", "Hired"]),
        "candidate": {
            "id": f"cand-{number:06d}",
            "name": f"{first} {last}",
            "primaryEmailAddress": {
                "value": f"{first}.{last}{number}@example.com",
                "type": "Personal",
                "isPrimary": True,
            },
            "primaryPhoneNumber": {"value": f"+44 20 7946 {number % 10000:04d}", "type": "Work", "isPrimary": True},
        },
        "currentInterviewStage": {
            "id": f"stage-{number % 5}",
            "title": STAGES[number % 5],
            "type": "Active",
            "orderInInterviewPlan": number % 5,
        },
        "source": {"id": f"src-{number % 3}", "title": SOURCES[number % 3], "isArchived": False},
        "job": {
            "id": f"job-{number % 7}",
            "title": f"Engineer {number % 7}",
            "locationId": f"loc-{number % 4}",
            "departmentId": f"dep-{number % 3}",
        },
        "hiringTeam": [
            {"email": f"kim{number % 5}@example.com", "firstName": "Kim", "lastName": "Lee", "role": "Recruiter"},
            {"email": "lu@example.com", "firstName": "Lu", "lastName": "Ray", "role": "Hiring Manager"},
        ],
        "customFields": [
            {"id": "cf1", "title": "Notice period", "value": f"{number % 12} weeks"},
            {"id": "cf2", "title": "Salary", "value": 30000 + number * 7},
        ],
        "score": round(chance.random() * 10, 2),
    }


def document(size):
    """Applications of about that many bytes of JSON."""
    chance = random.Random(4)
    results, length = [], 0
    while length < size:
        results.append(application(len(results), chance))
        length += len(json.dumps(results[-1], separators=(",", ":"))) + 1
    return {"success": True, "results": results, "moreDataAvailable": False, "nextCursor": None}


def measure_here(program, mapping, data, seconds):
    output = subprocess.run([program, "measure", mapping, data, str(seconds)], check=True, capture_output=True)
    return json.loads(output.stdout)


def measure_python(mapping, data, seconds):
    """In a process of its own, so that memory is told apart."""
    output = subprocess.run(
        [sys.executable, __file__, "--python", str(mapping), str(data), str(seconds)], check=True, capture_output=True
    )
    return json.loads(output.stdout)


def python_side(mapping, data, seconds):
    import jsonata

    expression = jsonata.Jsonata(pathlib.Path(mapping).read_text())
    value = json.loads(pathlib.Path(data).read_text())
    result = expression.evaluate(value)
    rounds, start = 0, time.process_time()
    while time.process_time() - start < seconds:
        expression.evaluate(value)
        rounds += 1
    used = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"perSecond": rounds / used, "peakKiB": peak, "result": result}))


def main(program, seconds):
    version = importlib.metadata.version("jsonata-python")
    print(f"Evaluations per second of processor time; jsonata-python {version}, Python {sys.version.split()[0]}\n")
    print("| data | mapping | here | jsonata-python | ratio | peak here, MiB | peak there, MiB |")
    print("|---|---|---|---|---|---|---|")
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        for name, size in [("20 KB", 20_000), ("1 MB", 1_000_000)]:
            data = pathlib.Path(folder) / f"{size}.json"
            data.write_text(json.dumps(document(size), separators=(",", ":")))
            for mapping in sorted((HERE / "mappings").glob("*.jsonata")):
                rounds = []
                for _ in range(ROUNDS):
                    ours = measure_here(program, mapping, data, seconds / ROUNDS)
                    theirs = measure_python(mapping, data, seconds / ROUNDS)
                    if ours["result"] != theirs["result"]:
                        sys.exit(f"{mapping.stem} on {name}: the results differ")
                    rounds.append((ours["perSecond"] / theirs["perSecond"], ours, theirs))
                # The median round, so that a slow moment on one side does not decide.
                ratio, ours, theirs = sorted(rounds, key=lambda round: round[0])[ROUNDS // 2]
                ratios.append(ratio)
                print(
                    f"| {name} | {mapping.stem} | {ours['perSecond']:.0f} | {theirs['perSecond']:.1f} | {ratio:.0f} "
                    f"| {ours['peakKiB'] / 1024:.0f} | {theirs['peakKiB'] / 1024:.0f} |"
                )
    mean = math.exp(sum(math.log(ratio) for ratio in ratios) / len(ratios))
    print(f"\nGeometric mean of the ratios: {mean:.0f}")


if __name__ == "__main__":
    if sys.argv[1] == "--python":
        python_side(sys.argv[2], sys.argv[3], float(sys.argv[4]))
    else:
        main(sys.argv[1], float(sys.argv[2]))
