import Basics
import EventLoops
import ToolRouter

extension Application {
    /// Seconds between two rounds of what a server does besides answering.
    private static let houseInterval = 2.0

    /// Does what has to be done now and then while a server runs, until the task is cancelled.
    func keepHouse() async {
        let loop = drivers.loops.next()
        while (try? await loop.sleep(seconds: Application.houseInterval)) != nil {
            await savePaces()
        }
    }

    /// Writes down how fast each connection may be used.
    func savePaces() async {
        do {
            try await paces.save()
        } catch { configuration.log.warning(error.message) }
    }
}
