import Console
import Testing

struct HTMLTextTests {
    @Test func `what a stranger wrote cannot become markup`() {
        #expect(
            HTMLText.escaped("<img src=x onerror='a(\"b\")'> & co")
                == "&lt;img src=x onerror=&#39;a(&quot;b&quot;)&#39;&gt; &amp; co"
        )
    }
}
