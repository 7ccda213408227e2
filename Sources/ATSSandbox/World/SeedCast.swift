import Basics

/// The people whom documents, recordings and checks know by name.
enum SeedCast {
    static let sarahPerson = 150
    static let sarahCandidate = 98765
    static let sarahApplication = 5566

    private static func day(_ date: String, _ hour: Int, _ minute: Int = 0) -> Timestamp {
        SeedCompany.day(date, hour: hour, minute: minute)
    }

    static let people: [Int: SeedData.Person] = [
        150: .init(
            first: "Sarah",
            last: "Jenkins",
            email: "sarah.jenkins@mail.example",
            phone: "+447700900417",
            place: 0,
            position: "Product Manager",
            company: "Kestrel Payments",
            school: "University of Westhaven",
            years: 7,
            created: day("2024-02-20", 18, 5),
            tags: [0]
        ),
        60: .init(
            first: "Sara",
            last: "Jenkins",
            email: "sara.jenkins@mail.example",
            phone: "+447700900422",
            place: 2,
            position: "Support Specialist",
            company: "Harrowgate Retail",
            school: "Northmere College",
            years: 3,
            created: day("2026-11-04", 7, 40)
        ),
        141: .init(
            first: "Sarah",
            last: "Jennings",
            email: "sarah.jennings@mail.example",
            phone: "+447700900488",
            place: 0,
            position: "Product Owner",
            company: "Mapleform",
            school: "Ashdown University",
            years: 5,
            created: day("2026-10-06", 20, 12)
        ),
        203: .init(
            first: "Sarah",
            last: "Jenkinson",
            email: "s.jenkinson@mail.example",
            phone: "+447700900431",
            place: 1,
            position: "Designer",
            company: "Glasshouse Labs",
            school: "St Brannoc's University",
            years: 9,
            created: day("2026-09-30", 9, 25)
        ),
    ]

    static func applications(jobAt index: (Int) -> Int) -> [SeedData.Application] {
        [current(index(4321)), earlier(index(1180))] + namesakes(index)
    }

    private static func current(_ job: Int) -> SeedData.Application {
        .init(
            person: sarahPerson,
            job: job,
            created: day("2026-10-12", 8, 47),
            visits: [
                .init(stage: .applied, entered: day("2026-10-12", 8, 47)),
                .init(stage: .review, entered: day("2026-10-13", 10, 2)),
                .init(stage: .phone, entered: day("2026-10-14", 15, 30)),
                .init(stage: .assessment, entered: day("2026-10-21", 9, 15)),
                .init(stage: .final, entered: day("2026-11-04", 11, 20)),
            ],
            notes: [
                .init(
                    author: 6,
                    at: day("2026-10-14", 15, 28),
                    text:
                        "CV review: seven years in product, four of them in payments. Grew activation of the merchant "
                        + "onboarding flow at Kestrel Payments from 41 to 58 percent. No experience in transport. "
                        + "Meets the must-haves; invite to a phone screen.",
                    stage: .review
                ),
                .init(
                    author: 1,
                    at: day("2026-10-19", 14, 10),
                    text:
                        "Phone screen, 35 minutes. Clear about why she wants to leave payments: wants to be closer to "
                        + "the people who use the product. Notice period eight weeks, could start in mid January. Salary "
                        + "expectation 70,000 to 74,000, inside the range. Asked good questions about how we decide what "
                        + "not to build. Recommend the product case.",
                    stage: .phone,
                    score: 3
                ),
                .init(
                    author: 2,
                    at: day("2026-11-02", 16, 45),
                    text:
                        "Product case interview, 60 minutes: reducing late changes to ferry rotas. Framed the problem "
                        + "through planners and crew before any feature, named two risky assumptions and a cheap test for "
                        + "each. Strong on discovery and on metrics. Weaker on pricing: did not ask who pays for the change "
                        + "and needed a prompt to consider cost. Score 4 of 4 for discovery, 2 of 4 for commercial sense. Yes.",
                    stage: .assessment,
                    score: 4
                ),
                .init(
                    author: 8,
                    at: day("2026-11-03", 9, 30),
                    text:
                        "Sat in on the case as engineering partner. She explained trade-offs in plain words and changed "
                        + "her mind when the data model made an idea expensive. I would enjoy working with her. One doubt: "
                        + "she has not yet run a migration of a system that customers depend on daily.",
                    stage: .assessment,
                    score: 3
                ),
                .init(
                    author: 3,
                    at: day("2026-11-12", 17, 5),
                    text:
                        "Hiring manager interview, 50 minutes. Good examples of saying no to a large customer and of a "
                        + "launch that failed in 2023 and what she changed afterwards. Motivated by our sector. I would like "
                        + "a last conversation on stakeholder management with the board and on pricing before an offer. "
                        + "Leaning yes.",
                    stage: .final,
                    score: 3
                ),
                .init(
                    author: 6,
                    at: day("2026-11-18", 10, 0),
                    text:
                        "Final conversation booked for 24 November at 14:00 in Bristol with Elena Thorne and Nkechi Obi. "
                        + "Sarah asked for the agenda in advance and needs step-free access to the building.",
                    stage: .final
                ),
            ],
            meetings: [
                .init(
                    stage: .phone,
                    start: day("2026-10-19", 13, 0),
                    minutes: 30,
                    interviewers: [1],
                    booked: day("2026-10-15", 9, 0)
                ),
                .init(
                    stage: .assessment,
                    start: day("2026-11-02", 15, 0),
                    minutes: 60,
                    interviewers: [2, 8],
                    booked: day("2026-10-22", 11, 0)
                ),
                .init(
                    stage: .final,
                    start: day("2026-11-12", 15, 30),
                    minutes: 50,
                    interviewers: [3],
                    booked: day("2026-11-05", 10, 0)
                ),
                .init(
                    stage: .final,
                    start: day("2026-11-24", 14, 0),
                    minutes: 60,
                    interviewers: [3, 7],
                    booked: day("2026-11-18", 9, 55)
                ),
            ],
            source: 2,
            summary:
                "Product manager with seven years in business software. At Kestrel Payments since 2022: led onboarding "
                + "for 12,000 merchants, raised activation from 41 to 58 percent in a year and retired three legacy flows. "
                + "Before that product analyst and associate product manager at Brightmoor Analytics (2019 to 2022). "
                + "BSc Statistics, University of Westhaven. I look for a product whose users I can sit next to.",
            isFeatured: true
        )
    }

    private static func earlier(_ job: Int) -> SeedData.Application {
        .init(
            person: sarahPerson,
            job: job,
            created: day("2024-02-20", 18, 5),
            visits: [
                .init(stage: .applied, entered: day("2024-02-20", 18, 5)),
                .init(stage: .phone, entered: day("2024-02-27", 10, 0)),
                .init(stage: .rejected, entered: day("2024-03-08", 12, 30)),
            ],
            notes: [
                .init(
                    author: 13,
                    at: day("2024-03-08", 12, 20),
                    text:
                        "Phone screen: strong, but more interested in product decisions than in analysis. Rejected for this "
                        + "role by agreement; keep in touch for product openings.",
                    stage: .phone,
                    score: 2
                )
            ],
            source: 0,
            reason: 0,
            summary: "Product analyst with five years of experience in funnels and experiments."
        )
    }

    private static func namesakes(_ index: (Int) -> Int) -> [SeedData.Application] {
        [
            .init(
                person: 141,
                job: index(4321),
                created: day("2026-10-06", 20, 12),
                visits: [
                    .init(stage: .applied, entered: day("2026-10-06", 20, 12)),
                    .init(stage: .phone, entered: day("2026-10-20", 9, 0)),
                ],
                notes: [
                    .init(
                        author: 1,
                        at: day("2026-10-23", 11, 0),
                        text:
                            "Phone screen: solid product owner, little discovery work of her own. Hold until the others "
                            + "have done the case.",
                        stage: .phone,
                        score: 2
                    )
                ],
                source: 1,
                summary: "Product owner in a team of nine, certified in agile delivery."
            ),
            .init(
                person: 60,
                job: index(1288),
                created: day("2026-11-04", 7, 40),
                visits: [.init(stage: .applied, entered: day("2026-11-04", 7, 40))],
                source: 1,
                summary: "Three years of front-line support in retail."
            ),
            .init(
                person: 203,
                job: index(1260),
                created: day("2026-09-30", 9, 25),
                visits: [
                    .init(stage: .applied, entered: day("2026-09-30", 9, 25)),
                    .init(stage: .review, entered: day("2026-10-02", 9, 0)),
                ],
                source: 3,
                summary: "Designer of booking flows for nine years."
            ),
        ]
    }
}
