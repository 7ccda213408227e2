import Basics
import Connections
import Cryptography
import Testing

@Suite struct VaultTests {
    private let place = Vault.Place(table: "t", row: "r", column: "c", binding: [1])

    @Test func `a sealed value opens in its own place only`() throws {
        let vault = Vault(current: SymmetricKey())
        let sealed = try vault.seal([1, 2, 3], for: place)
        #expect(try vault.open(sealed, from: place) == [1, 2, 3])
        for moved in [
            Vault.Place(table: "t", row: "other", column: "c", binding: [1]),
            Vault.Place(table: "other", row: "r", column: "c", binding: [1]),
            Vault.Place(table: "t", row: "r", column: "other", binding: [1]),
            Vault.Place(table: "t", row: "r", column: "c", binding: [2]),
            Vault.Place(table: "t", row: "r", column: "c"),
        ] {
            let error = #expect(throws: ConnectionError.self) { try vault.open(sealed, from: moved) }
            #expect(error?.code == .sealed)
        }
    }

    @Test func `every flipped bit and every cut is refused`() throws {
        let vault = Vault(current: SymmetricKey())
        let sealed = try vault.seal(Array("key".utf8), for: place)
        for bit in 0..<sealed.count * 8 {
            var changed = sealed
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: ConnectionError.self) { try vault.open(changed, from: place) }
        }
        for length in 0..<sealed.count {
            #expect(throws: ConnectionError.self) { try vault.open(Array(sealed.prefix(length)), from: place) }
        }
    }

    @Test func `keys that were replaced still open what they sealed`() throws {
        let (old, new) = (SymmetricKey(), SymmetricKey())
        let sealed = try Vault(current: old).seal([7], for: place)
        let ring = Vault(current: new, previous: [old])
        #expect(try ring.open(sealed, from: place) == [7])
        #expect(!ring.isCurrent(sealed))
        #expect(ring.isCurrent(try ring.seal([7], for: place)))
        let error = #expect(throws: ConnectionError.self) { try Vault(current: new).open(sealed, from: place) }
        #expect(error?.message.contains("another key") == true)
    }
}
