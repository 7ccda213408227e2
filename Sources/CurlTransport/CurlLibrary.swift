import CCurl

/// The state of libcurl that belongs to the process.
enum CurlLibrary {
    /// Whether libcurl is ready; it is set up once, on first use, because that is not safe to do twice at a time.
    static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}
