import Basics
import CLinux
import Gateway
import Glibc
import HTTP
import JSON

/// The command line program.
package enum Program {
    /// Every command, in the order of the help.
    static let commands: [Command] = [
        .demo, .chat, .ask, .run, .serve, .mcp, .sandbox,
        .runsList, .runsShow, .runsApprove, .runsReject, .runsPause, .runsResume, .runsCancel, .runsRedrive,
        .runsExport,
        .toolsList, .toolsShow, .toolsSearch, .toolsCall,
        .toolkitsList, .toolkitsCheck, .toolkitsImport, .triggersList, .triggersShow,
        .connectionsAdd, .connectionsList, .connectionsLink, .connectionsTest, .connectionsRemove,
        .keysRotate,
        .peopleAdd, .peopleList, .peopleUpdate, .peopleRemove, .peopleSignIn, .peopleSignOut,
        .writesList, .writesShow, .writesSettle,
        .endpointsCreate, .endpointsList, .endpointsShow, .endpointsUpdate, .endpointsDelete,
        .tokensCreate, .tokensList, .tokensRevoke, .auditVerify, .auditExport,
        .workflowsList, .workflowsCheck, .workflowsExplain, .workflowsTest,
        .schedulesList, .schedulesAdd, .schedulesPause, .schedulesResume, .schedulesRemove, .schedulesNext,
        .approvalsList, .approvalsShow, .approvalsApprove, .approvalsReject,
        .expressionsCheck, .expressionsTry, .expressionsSuite,
        .agentsList, .agentsCheck, .transcriptsList, .transcriptsShow, .transcriptsRebase,
        .doctor, .completions, .version,
    ]

    /// Runs the command that the process was started with, and ends the process.
    package static func main() async -> Never {
        // Keys come with the environment, and must not end in a core dump or be read by a debugger.
        _ = clinux_forbid_dumps()
        clinux_bound_memory()
        Interrupts.install()
        let (environment, diagnostics) = ProcessEnvironment.current()
        let terminal = Terminal.standard(environment: environment.variables)
        for diagnostic in diagnostics { terminal.printError(diagnostic.description) }
        let words = Array(CommandLine.arguments.dropFirst())
        exit(await run(words, environment: environment.variables, terminal: terminal).rawValue)
    }

    /// Runs the command that words ask for.
    ///
    /// - Returns: What the process ends with.
    package static func run(
        _ words: [String],
        environment: [String: String],
        terminal: Terminal
    ) async -> ExitStatus {
        do {
            switch try ArgumentParser(commands: commands).parse(words) {
            case .overview(let path):
                terminal.write(HelpText.overview(commands, below: path))
                return .done
            case .help(let command):
                terminal.write(HelpText.text(of: command))
                return .done
            case .run(let command, let arguments, let options):
                let invocation = Invocation(
                    arguments: arguments,
                    options: options,
                    environment: environment,
                    terminal: terminal
                )
                return try await command.run(invocation)
            }
        } catch let error as CommandError {
            terminal.printError("switchboard: " + Terminal.harmless(error.message))
            return error.status
        } catch let error as ControlError {
            terminal.printError("switchboard: " + Terminal.harmless(error.description))
            return error.needsPerson ? .needsPerson : .failed
        } catch is CancellationError {
            return .interrupted
        } catch {
            terminal.printError("switchboard: " + Terminal.harmless("\(error)"))
            return .failed
        }
    }
}
