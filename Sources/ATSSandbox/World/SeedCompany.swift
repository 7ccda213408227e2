import Basics

/// The fictional employer: Larkfield, a maker of planning software.
enum SeedCompany {
    static let employees: [SeedData.Employee] = [
        .init(first: "Larkfield", last: "System", title: "System account", isAdministrator: true),
        .init(first: "Priya", last: "Raman", title: "Talent Partner", isAdministrator: true),
        .init(first: "Marcus", last: "Oyelaran", title: "Principal Product Manager"),
        .init(first: "Elena", last: "Thorne", title: "Director of Product"),
        .init(first: "Callum", last: "Reyes", title: "Engineering Manager"),
        .init(first: "Ingrid", last: "Solheim", title: "Head of Data"),
        .init(first: "Tomasz", last: "Bielak", title: "Talent Coordinator", isAdministrator: true),
        .init(first: "Nkechi", last: "Obi", title: "Finance Director"),
        .init(first: "Henrik", last: "Vale", title: "Staff Engineer"),
        .init(first: "Mei", last: "Castellan", title: "Design Lead"),
        .init(first: "Jonah", last: "Whitcombe", title: "Customer Operations Lead"),
        .init(first: "Saskia", last: "Ardern", title: "People Operations Manager"),
        .init(first: "Dev", last: "Malhotra", title: "Senior Analyst"),
        .init(first: "Ruth", last: "Penhallow", title: "Former Talent Partner", isEnabled: false),
    ]

    static let departments: [SeedData.Department] = [
        .init(name: "Engineering"), .init(name: "Product"), .init(name: "Data and Analytics"), .init(name: "Finance"),
        .init(name: "Customer Operations"), .init(name: "People"), .init(name: "Platform", parent: 0),
        .init(name: "Design", parent: 1), .init(name: "Executive"),
    ]

    static let places: [SeedData.Place] = [
        .init(
            name: "Bristol Harbour",
            city: "Bristol",
            country: "United Kingdom",
            countryCode: "GB",
            postcode: "BS1 4QX",
            street: "40 Cooper's Wharf"
        ),
        .init(
            name: "Lisbon Studio",
            city: "Lisbon",
            country: "Portugal",
            countryCode: "PT",
            postcode: "1200-109",
            street: "Rua das Gaivotas 9"
        ),
        .init(
            name: "Leeds Exchange",
            city: "Leeds",
            country: "United Kingdom",
            countryCode: "GB",
            postcode: "LS1 5AB",
            street: "2 Corn Lane"
        ),
        .init(
            name: "Boston Office",
            city: "Boston",
            region: "Massachusetts",
            country: "United States",
            countryCode: "US",
            postcode: "02110",
            street: "18 Tanner Row"
        ),
        .init(name: "Remote Europe", city: "Dublin", country: "Ireland", countryCode: "IE", postcode: "D02 X285"),
    ]

    private typealias Line = (Int, String, Int, Int, String, String, String, Int, Int, Int, String)

    // Number, title, department, place, status, visibility, opened, manager, recruiter, salary, assessment.
    private static let lines: [Line] = [
        (1234, "Senior Backend Developer", 6, 0, "open", "external", "2026-09-07", 4, 1, 78, "Technical interview"),
        (4321, "Product Manager", 1, 0, "open", "external", "2026-09-21", 3, 1, 72, "Product case interview"),
        (8899, "Junior Analyst", 2, 2, "filled", "external", "2026-08-31", 5, 6, 34, "Case interview"),
        (1180, "Product Analyst", 2, 0, "closed", "external", "2024-02-12", 5, 6, 45, "Case interview"),
        (1236, "Frontend Developer", 0, 1, "open", "external", "2026-10-05", 4, 1, 58, "Technical interview"),
        (1241, "Data Engineer", 2, 4, "open", "external", "2026-08-17", 5, 1, 66, "Technical interview"),
        (1255, "Site Reliability Engineer", 6, 4, "open", "external", "2026-10-19", 8, 1, 80, "Technical interview"),
        (1260, "Product Designer", 7, 1, "open", "external", "2026-09-14", 9, 6, 55, "Portfolio review"),
        (1275, "Customer Success Manager", 4, 3, "open", "external", "2026-10-12", 10, 6, 70, "Case interview"),
        (1288, "Support Specialist", 4, 2, "open", "external", "2026-11-02", 10, 6, 29, "Case interview"),
        (1290, "Financial Controller", 3, 0, "open", "external", "2026-10-26", 7, 1, 75, "Case interview"),
        (1301, "People Operations Associate", 5, 0, "open", "internal", "2026-11-02", 11, 6, 36, "Case interview"),
        (1304, "Engineering Manager", 0, 0, "open", "internal", "2026-10-19", 4, 1, 92, "Technical interview"),
        (1310, "Chief Financial Officer", 8, 0, "open", "confidential", "2026-10-01", 7, 1, 160, "Panel"),
        (1311, "Head of Acquisitions", 8, 3, "open", "confidential", "2026-10-08", 7, 1, 150, "Panel"),
        (1312, "VP Engineering", 8, 4, "open", "confidential", "2026-11-03", 4, 1, 155, "Panel"),
        (1320, "Founding Sales Lead", 4, 3, "open", "private_job", "2026-10-13", 10, 6, 95, "Case interview"),
        (1325, "QA Engineer", 0, 2, "hold", "external", "2026-07-06", 8, 1, 48, "Technical interview"),
        (1330, "Mobile Developer", 0, 1, "draft", "external", "2026-11-16", 4, 1, 60, "Technical interview"),
        (1333, "Data Scientist", 2, 0, "draft", "external", "2026-11-17", 5, 1, 68, "Technical interview"),
        (1201, "Machine Learning Engineer", 2, 4, "filled", "external", "2026-04-13", 5, 1, 84, "Technical interview"),
        (1207, "Office Manager", 5, 2, "closed", "external", "2026-03-02", 11, 6, 33, "Case interview"),
        (1211, "Technical Writer", 1, 4, "closed", "external", "2026-05-18", 3, 6, 46, "Writing exercise"),
        (1215, "Security Engineer", 6, 4, "filled", "external", "2026-05-04", 8, 1, 82, "Technical interview"),
        (1219, "UX Researcher", 7, 1, "closed", "external", "2026-06-01", 9, 6, 52, "Portfolio review"),
        (1222, "Graduate Developer", 0, 2, "archived", "external", "2025-09-15", 4, 6, 31, "Technical interview"),
        (1226, "Payroll Specialist", 3, 0, "cancelled", "external", "2026-06-22", 7, 6, 35, "Case interview"),
        (1229, "Business Analyst", 2, 2, "open", "external", "2026-10-27", 12, 6, 47, "Case interview"),
    ]

    static let jobs: [SeedData.Job] = lines.map { line in
        SeedData.Job(
            number: line.0,
            title: line.1,
            department: line.2,
            place: line.3,
            status: line.4,
            visibility: line.5,
            opened: day(line.6, hour: 9),
            manager: line.7,
            recruiter: line.8,
            salary: line.9 * 1000,
            assessment: line.10,
            summary: summary(of: line.1, in: departments[line.2].name),
            duties: duties[line.1] ?? [
                "Deliver the work of the team to an agreed standard", "Work with colleagues in two countries",
                "Improve how the team works and write down what was learnt",
            ],
            skills: skills[line.1] ?? [
                "Several years in a comparable role", "Clear spoken and written English",
                "Sound judgement with incomplete facts",
            ]
        )
    }

    private static func summary(of title: String, in department: String) -> String {
        switch title {
        case "Product Manager":
            "Own the scheduling product that two hundred planners use every day: from research with customers to what "
                + "ships each month, with one engineering team and one designer."
        case "Senior Backend Developer":
            "Design and run the services behind our planning engine: Swift and PostgreSQL, twelve services, four teams."
        case "Junior Analyst":
            "Turn usage and finance data into weekly answers for the company. A first job in analytics, with training."
        default: "\(title) in \(department) at Larkfield, a maker of planning software for ferries and railways."
        }
    }

    private static let duties: [String: [String]] = [
        "Product Manager": [
            "Run discovery with planners and turn it into a road map of outcomes",
            "Decide, with the engineering lead, what ships and what does not",
            "Own activation and retention of the scheduling product",
        ],
        "Senior Backend Developer": [
            "Design services and their data models", "Lead reviews of design and code", "Share the on-call rota",
        ],
        "Junior Analyst": [
            "Prepare the weekly usage report", "Answer questions from teams with SQL", "Keep the dashboards correct",
        ],
    ]

    private static let skills: [String: [String]] = [
        "Product Manager": [
            "Three or more years as a product manager of business software",
            "Evidence of discovery with users and of decisions changed by it",
            "Comfort with SQL and with experiments", "Experience of pricing or packaging is a plus",
        ],
        "Senior Backend Developer": [
            "Five or more years with server software", "Relational databases in depth", "Concurrent programming",
        ],
        "Junior Analyst": ["Spreadsheets and basic SQL", "Statistics at first-degree level", "Curiosity"],
    ]

    /// An instant on a date that is known to be right.
    static func day(_ date: String, hour: Int, minute: Int = 0) -> Timestamp {
        let midnight = Timestamp(iso8601: date) ?? Timestamp(milliseconds: 0)
        return midnight.adding(seconds: Double(hour * 3600 + minute * 60))
    }
}
