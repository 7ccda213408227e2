import Basics

/// Makes the data set from a seed: the fixed cast first, then everybody else around them.
struct SeedGenerator {
    private var random: SplitMix64
    private let now = SandboxWorld.defaultNow
    private let jobs = SeedCompany.jobs

    init(seed: UInt64) {
        random = SplitMix64(seed: seed, purpose: "people")
    }

    /// The data set with that many people; the cast needs 210.
    mutating func make(candidates: Int) -> SeedData {
        let count = max(candidates, 210)
        var people: [SeedData.Person] = []
        people.reserveCapacity(count)
        for number in 0..<count { people.append(SeedCast.people[number] ?? person(number)) }
        var applications = SeedCast.applications { number in jobs.firstIndex { $0.number == number } ?? 0 }
        let open = jobs.indices.filter { jobs[$0].status != "draft" }
        for number in 0..<count where SeedCast.people[number] == nil {
            var wanted = number < 50 ? jobs.firstIndex { $0.number == 8899 } ?? 0 : random.pick(open)
            for _ in 0..<(number >= 50 && random.chance(65) ? 2 : 1) {
                let made = application(number, job: wanted, forced: number < 50 ? number : nil)
                people[number].created = min(people[number].created, made.created)
                applications.append(made)
                wanted = open[(wanted + 7) % open.count]
            }
        }
        // A stable order: by time, then by person and job, so that equal times cannot change places.
        applications.sort { ($0.created, $0.person, $0.job) < ($1.created, $1.person, $1.job) }
        return SeedData(
            employees: SeedCompany.employees,
            departments: SeedCompany.departments,
            places: SeedCompany.places,
            jobs: jobs,
            people: people,
            applications: applications
        )
    }

    private mutating func person(_ number: Int) -> SeedData.Person {
        let first = random.pick(SeedWords.firstNames)
        let last = random.pick(SeedWords.lastNames)
        let digits = String(100_000 + number % 900_000)
        return .init(
            first: first,
            last: last,
            email: "\(first).\(last).\(number)@mail.example".lowercased(),
            phone: "+44770" + digits + String(number % 10),
            place: random.below(SeedCompany.places.count),
            position: random.pick(SeedWords.positions),
            company: random.pick(SeedWords.companies),
            school: random.pick(SeedWords.schools),
            years: random.within(1...18),
            created: now,
            tags: random.chance(15) ? [random.below(SeedWords.tags.count)] : []
        )
    }

    private mutating func application(_ person: Int, job: Int, forced: Int?) -> SeedData.Application {
        let opened = jobs[job].opened
        let span = max(1, min(now.days(since: opened) - 2, 150))
        let created = opened.adding(seconds: Double(random.below(span) * 86_400 + random.within(21_600...79_200)))
        let stages = path(forced: forced, status: jobs[job].status)
        var visits: [SeedData.Visit] = []
        var at = created
        for stage in stages {
            visits.append(.init(stage: stage, entered: min(at, now.adding(seconds: -3600))))
            at = at.adding(seconds: Double(random.within(86_400...518_400)))
        }
        var made = SeedData.Application(
            person: person,
            job: job,
            created: created,
            visits: visits,
            source: random.below(SeedWords.sources.count),
            summary: "\(random.pick(SeedWords.positions)) with experience at \(random.pick(SeedWords.companies))."
        )
        if made.stage == .rejected { made.reason = random.below(5) }
        for visit in visits { record(visit, in: &made) }
        return made
    }

    private mutating func path(forced: Int?, status: String) -> [SeedStage] {
        let last: SeedStage
        if let forced {
            last = forced < 2 ? .hired : forced < 10 ? .rejected : [.applied, .review, .phone, .assessment][forced % 4]
        } else if status == "open" || status == "hold" {
            let draws: [SeedStage] = [
                .applied, .applied, .review, .review, .phone, .assessment, .final, .offer, .rejected, .rejected, .hired,
            ]
            last = random.pick(draws)
        } else {
            last = random.chance(6) ? .hired : .rejected
        }
        let reached = last == .rejected ? random.below(5) : min(last.rawValue, SeedStage.hired.rawValue)
        return SeedStage.allCases.prefix(reached + 1).filter { $0 != last } + [last]
    }

    private mutating func record(_ visit: SeedData.Visit, in made: inout SeedData.Application) {
        let manager = jobs[made.job].manager
        let recruiter = jobs[made.job].recruiter
        let later = min(visit.entered.adding(seconds: Double(random.within(7_200...170_000))), now)
        switch visit.stage {
        case .review:
            guard random.chance(40) else { return }
            made.notes.append(
                .init(author: recruiter, at: later, text: random.pick(SeedWords.reviews), stage: .review)
            )
        case .phone, .assessment, .final:
            let words =
                visit.stage == .phone
                ? SeedWords.calls : visit.stage == .assessment ? SeedWords.assessments : SeedWords.finals
            let author = visit.stage == .phone ? recruiter : visit.stage == .final ? manager : random.within(2...12)
            made.meetings.append(
                .init(
                    stage: visit.stage,
                    start: later.adding(seconds: -5_400),
                    minutes: visit.stage == .phone ? 30 : 60,
                    interviewers: [author],
                    booked: visit.entered
                )
            )
            if random.chance(80) {
                made.notes.append(
                    .init(
                        author: author,
                        at: later,
                        text: random.pick(words),
                        stage: visit.stage,
                        score: random.within(1...4)
                    )
                )
            }
        case .offer:
            let salary = jobs[made.job].salary + random.within(-3...3) * 500
            made.offer = .init(made: later, salary: salary, answer: "Pending")
        case .hired: made.offer?.answer = "Accepted"
        case .rejected: if made.offer != nil { made.offer?.answer = "Declined" }
        case .applied: return
        }
    }
}
