import Basics
import Connections
import CurlTransport
import Mail

/// What stands behind the tool `send_email`.
struct MailService: Sendable {
    /// What the tool sends with; nil when nothing is set up.
    let service: SendEmail.Service?
    /// The account that everybody sends over, as the router counts accounts.
    let connections: [AuthorizedConnection]
    private let transport: SMTPTransport?

    private static let sandboxSender = "Switchboard <switchboard@larkfield.example>"

    /// Makes it as the configuration says; in the sandbox nothing is sent.
    ///
    /// - Throws: ``GatewayError`` with code `configuration`.
    init(_ configuration: Configuration, clock: any WallClock) throws(GatewayError) {
        let kept: any MailTransport
        let sender: MailAddress
        do {
            if configuration.isSandbox {
                transport = nil
                kept = Outbox(folder: configuration.dataFolder + "/outbox")
                if let own = try configuration.mailSender() {
                    sender = own
                } else {
                    sender = try MailAddress(MailService.sandboxSender, allowsName: true)
                }
            } else if let (server, own) = try configuration.mailServer() {
                let smtp = try SMTPTransport(server: server)
                transport = smtp
                kept = SMTPMail(smtp, server: server.url)
                sender = own
            } else {
                (service, connections, transport) = (nil, [], nil)
                return
            }
        } catch let error as GatewayError {
            throw error
        } catch {
            throw GatewayError(.configuration, "mail cannot be set up: \(error)", cause: error)
        }
        let id = configuration.isSandbox ? "sandbox-mail" : "mail"
        connections = [AuthorizedConnection(id: id, toolkit: SendEmail.toolkit)]
        service = SendEmail.Service(transport: kept, sender: sender, connection: id, clock: clock)
    }

    /// Breaks off what is being sent.
    func stop() async { await transport?.shutDown() }
}
