import JSONata

let arguments = CommandLine.arguments
if arguments.count == 3, arguments[1] == "suite" {
    print(try JSONataSuite.run(directory: arguments[2]), terminator: "")
}
