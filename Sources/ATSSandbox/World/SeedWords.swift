/// The words that fictional people, notes and jobs are made of.
enum SeedWords {
    static let firstNames = [
        "Aaliyah", "Adrian", "Aiko", "Alasdair", "Amara", "Anselm", "Beatriz", "Bogdan", "Carys", "Cedric", "Chiara",
        "Dafydd", "Daria", "Deniz", "Edda", "Eitan", "Elodie", "Emeka", "Farida", "Femi", "Freya", "Gael", "Giulia",
        "Hana", "Hugo", "Ilse", "Imran", "Isolde", "Jarek", "Joana", "Kaito", "Kavya", "Leif", "Lindiwe", "Lucian",
        "Maeve", "Malik", "Marit", "Mateo", "Nadia", "Nikhil", "Noor", "Oisin", "Olena", "Otto", "Paloma", "Piotr",
        "Quentin", "Rafaela", "Ravi", "Rhiannon", "Rosalind", "Samir", "Selma", "Soren", "Talia", "Tariq", "Thandi",
        "Umar", "Valentina", "Viggo", "Wanda", "Xenia", "Yasmin", "Yusuf", "Zofia",
    ]
    static let lastNames = [
        "Abernethy", "Adeyinka", "Alvarsson", "Amundsen", "Ashcombe", "Baptista", "Barrowclough", "Bergqvist",
        "Bianchi",
        "Bramwell", "Calloway", "Cardoso", "Castellane", "Chaudhary", "Colquhoun", "Dabrowski", "Delacroix", "Dimitrov",
        "Eastham", "Eriksen", "Fairweather", "Falkenberg", "Fontaine", "Galloway", "Ghorbani", "Greenhalgh", "Haddad",
        "Halvorsen", "Hargreave", "Ibarra", "Ingleby", "Iwasaki", "Jankowski", "Kaplan", "Kavanagh", "Kowalczyk",
        "Lachance", "Lindholm", "Lockhart", "Maddox", "Marchetti", "Mbeki-Rowe", "Montague", "Nakagawa", "Nwosu",
        "Oduya", "Okonkwo", "Olsen", "Pemberton", "Petrova", "Quigley", "Ramanathan", "Rutherford", "Salgado",
        "Santoro",
        "Sinclair", "Stavros", "Tanaka", "Thistlewood", "Ulrich", "Vandermeer", "Vasile", "Wainwright", "Whitlock",
        "Yardley", "Zielinski",
    ]
    static let companies = [
        "Brightmoor Analytics", "Cobalt Ferry", "Dunlin Software", "Eastgate Mutual", "Fennel and Rye",
        "Glasshouse Labs",
        "Harrowgate Retail", "Ironbridge Data", "Juniper Freight", "Kestrel Payments", "Lowtide Energy", "Mapleform",
    ]
    static let schools = [
        "Ashdown University", "Calder Institute of Technology", "Northmere College", "St Brannoc's University",
        "University of Westhaven",
    ]
    static let positions = [
        "Analyst", "Business Analyst", "Consultant", "Customer Success Manager", "Data Engineer", "Designer",
        "Operations Associate", "Product Manager", "Software Engineer", "Support Specialist",
    ]
    static let reviews = [
        "CV matches the must-haves; worth a call.", "Relevant experience is a little thin, but the projects are good.",
        "Clear, well-written application. Progress to a call.", "Switches role often; ask why.",
        "Strong on paper; salary expectation still to be confirmed.",
    ]
    static let calls = [
        "Phone screen, 30 minutes: motivated, can start in four weeks, expectation inside the range.",
        "Phone screen: good questions about the team. Notice period is three months.",
        "Phone screen: answers were long and a little vague; the facts check out.",
        "Phone screen: warm and precise. Wants two days a week at home.",
        "Phone screen: has another process running, decision expected in two weeks.",
    ]
    static let assessments = [
        "Assessment: structured approach, stated assumptions, arrived at a sound answer with time to spare.",
        "Assessment: correct result, but needed two hints for the second part.",
        "Assessment: excellent explanation of trade-offs; would work well with the team.",
        "Assessment: did not finish the exercise; reasoning was sound as far as it went.",
        "Assessment: mixed. Good technique, weak communication of the result.",
    ]
    static let finals = [
        "Hiring manager interview: would hire. Examples were specific and honest about mistakes.",
        "Hiring manager interview: positive. Grows quickly, needs support in the first months.",
        "Hiring manager interview: undecided; strong skills, unclear motivation for our sector.",
        "Hiring manager interview: not at this level yet; keep in touch for next year.",
    ]
    static let tags = ["Strong communicator", "Relocation", "Referral", "Future potential", "Second choice"]
    static let sources: [(title: String, type: String, channel: String)] = [
        ("Careers website", "Inbound", "direct"), ("Job board", "Inbound", "job_board"),
        ("Employee referral", "Referral", "employee_referral"), ("Sourced", "Sourced", "recruiter"),
        ("University fair", "Event", "event"), ("Agency", "Agency", "other"),
    ]
    static let archiveReasons: [(text: String, type: String)] = [
        ("Lacks required experience", "RejectedByOrg"), ("Another candidate was chosen", "RejectedByOrg"),
        ("Withdrew", "RejectedByCandidate"), ("Salary expectation", "RejectedByCandidate"), ("Duplicate", "Other"),
        ("Role filled", "RejectedByOrg"),
    ]
}
