/// The steps of every hiring process in the data set, in order.
enum SeedStage: Int, CaseIterable, Sendable {
    case applied, review, phone, assessment, final, offer, hired, rejected

    var isClosed: Bool { self == .hired || self == .rejected }

    /// The kind of stage in Pinpoint's words.
    var pinpointType: String {
        switch self {
        case .applied: "applied"
        case .review: "review"
        case .phone, .assessment, .final: "interview"
        case .offer: "offer"
        case .hired: "hired"
        case .rejected: "rejected"
        }
    }

    /// The kind of stage in Ashby's words.
    var ashbyType: String {
        switch self {
        case .applied: "Lead"
        case .review: "PreInterviewScreen"
        case .phone, .assessment, .final: "Active"
        case .offer: "Offer"
        case .hired: "Hired"
        case .rejected: "Archived"
        }
    }

    func pinpointName(_ assessment: String) -> String {
        switch self {
        case .applied: "Applied"
        case .review: "CV review"
        case .phone: "Phone screen"
        case .assessment: assessment
        case .final: "Hiring manager interview"
        case .offer: "Offer"
        case .hired: "Hired"
        case .rejected: "Rejected"
        }
    }

    func ashbyName(_ assessment: String) -> String {
        switch self {
        case .applied: "New Lead"
        case .review: "Application Review"
        case .rejected: "Archived"
        default: pinpointName(assessment)
        }
    }
}
