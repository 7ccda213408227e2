import CCurl

/// A libcurl transfer handle with its buffer for error texts; reset and used again for the next transfer.
final class EasyHandle {
    let raw: UnsafeMutableRawPointer
    private let errorBuffer = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private var list: UnsafeMutablePointer<curl_slist>?

    init?() {
        guard let raw = curl_easy_init() else {
            errorBuffer.deallocate()
            return nil
        }
        self.raw = raw
    }

    deinit {
        curl_easy_cleanup(raw)
        curl_slist_free_all(list)
        errorBuffer.deallocate()
    }

    /// Forgets every option; connections and names that are known stay with the multi handle.
    func reset() {
        curl_easy_reset(raw)
        curl_slist_free_all(list)
        list = nil
        errorBuffer[0] = 0
    }

    func prepareErrors() {
        errorBuffer[0] = 0
        ccurl_easy_setopt_pointer(raw, CURLOPT_ERRORBUFFER, errorBuffer)
    }

    /// What libcurl says about a failure; never with a path, a query or a field.
    func errorText(_ code: CURLcode) -> String {
        errorBuffer[0] == 0 ? String(cString: curl_easy_strerror(code)) : String(cString: errorBuffer)
    }

    func set(_ option: CURLoption, _ value: Int) {
        ccurl_easy_setopt_long(raw, option, value)
    }

    func set(_ option: CURLoption, _ value: String) {
        ccurl_easy_setopt_string(raw, option, value)
    }

    func setOffset(_ option: CURLoption, _ value: Int) {
        ccurl_easy_setopt_offset(raw, option, curl_off_t(value))
    }

    func setPointer(_ option: CURLoption, _ value: UnsafeMutableRawPointer?) {
        ccurl_easy_setopt_pointer(raw, option, value)
    }

    /// Adds a line to the request's fields; ``applyFields()`` puts them in force.
    func addField(_ line: String) {
        list = curl_slist_append(list, line) ?? list
    }

    func applyFields() {
        ccurl_easy_setopt_list(raw, CURLOPT_HTTPHEADER, list)
    }

    /// Sets who gets a mail; false when memory is short, because then somebody would be left out.
    func setRecipients(_ addresses: [String]) -> Bool {
        for address in addresses {
            guard let longer = curl_slist_append(list, address) else { return false }
            list = longer
        }
        return ccurl_easy_setopt_list(raw, CURLOPT_MAIL_RCPT, list) == CURLE_OK
    }

    func number(_ info: CURLINFO) -> Int {
        var value = 0
        return ccurl_easy_getinfo_long(raw, info, &value) == CURLE_OK ? value : 0
    }
}
