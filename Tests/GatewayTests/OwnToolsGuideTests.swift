import Basics
import JSON
import Mail
import Testing
import Tools
import Workflows

/// How people ask for the tools that no toolkit's folder describes.
@Suite struct OwnToolsGuideTests {
    @Test func `the guide to the program's own tools names each of them and no other`() throws {
        let file = WorkflowFileRunTests.home + "/toolkits/search.json"
        let read = SearchGuide.read(try JSONParser.parse(try TextFile.read(file)), file: file)
        #expect(read.problems == [])
        let tools = [SendEmail.specification] + WorkflowTools.common
        #expect(Set(read.guide.utterances.keys) == Set(tools.map(\.name)))
        let search = ToolSearch(tools, utterances: read.guide.utterances, lexicon: SearchLexicon())
        #expect(search.search("mail the figures to the director").hits.first?.tool == SendEmail.name)
    }
}
