/// A provider whose own tools need no account of a user, so that nothing has to be connected for them.
package protocol AccountFreeToolProvider: ToolProvider {}
