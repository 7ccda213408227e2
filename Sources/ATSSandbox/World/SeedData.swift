import Basics

/// People, jobs and what happened between them, before either system's form is given to it.
struct SeedData: Sendable {
    struct Employee: Sendable {
        var first: String
        var last: String
        var title: String
        var isAdministrator = false
        var isEnabled = true
        var email: String { (first + "." + last).lowercased().filter { $0 != " " } + "@larkfield.example" }
    }

    struct Department: Sendable {
        var name: String
        var parent: Int?
    }

    struct Place: Sendable {
        var name: String
        var city: String
        var region: String?
        var country: String
        var countryCode: String
        var postcode: String
        var street: String?
    }

    struct Job: Sendable {
        var number: Int
        var title: String
        var department: Int
        var place: Int
        /// A status in Pinpoint's words.
        var status: String
        /// `external`, `internal`, `confidential` or `private_job`.
        var visibility: String
        var opened: Timestamp
        var manager: Int
        var recruiter: Int
        var salary: Int
        var assessment: String
        var summary: String
        var duties: [String]
        var skills: [String]
    }

    struct Person: Sendable {
        var first: String
        var last: String
        var email: String
        var phone: String
        var place: Int
        var position: String
        var company: String
        var school: String
        var years: Int
        var created: Timestamp
        var tags: [Int] = []
        var name: String { first + " " + last }
    }

    struct Note: Sendable {
        var author: Int
        var at: Timestamp
        var text: String
        var stage: SeedStage
        /// 1 to 4, for a scored interview.
        var score: Int?
    }

    struct Visit: Sendable {
        var stage: SeedStage
        var entered: Timestamp
    }

    struct Meeting: Sendable {
        var stage: SeedStage
        var start: Timestamp
        var minutes: Int
        var interviewers: [Int]
        var booked: Timestamp
    }

    struct Offer: Sendable {
        var made: Timestamp
        var salary: Int
        /// `Accepted`, `Declined` or `Pending`.
        var answer: String
    }

    struct Application: Sendable {
        var person: Int
        var job: Int
        var created: Timestamp
        var visits: [Visit]
        var notes: [Note] = []
        var meetings: [Meeting] = []
        var offer: Offer?
        var source: Int
        var reason: Int?
        var summary: String
        var isFeatured = false
        var stage: SeedStage { visits.last?.stage ?? .applied }
        var changed: Timestamp { max(visits.last?.entered ?? created, notes.map(\.at).max() ?? created) }
    }

    var employees: [Employee]
    var departments: [Department]
    var places: [Place]
    var jobs: [Job]
    var people: [Person]
    /// By time of application.
    var applications: [Application]
}
