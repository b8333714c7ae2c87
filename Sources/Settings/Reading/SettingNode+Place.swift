import Yams

extension SettingNode {
    /// Reports a problem at a place inside a scalar, counted in Unicode scalars; where the file breaks the scalar over
    /// lines in a way that hides the place, at its beginning with the number of the character.
    func report(_ sentence: String, at offset: Int) {
        guard let scalar = node.scalar, let place = document.place(of: offset, in: scalar) else {
            return report("\(sentence) (character \(offset + 1))")
        }
        document.report("\(sentence)", line: place.line, column: place.column)
    }
}

extension YAMLDocument {
    /// Where the file has a character of a scalar; nil where that cannot be told.
    fileprivate func place(of offset: Int, in scalar: Node.Scalar) -> (line: Int, column: Int)? {
        guard let mark = scalar.mark, let line = line(mark.line), mark.column <= line.count else { return nil }
        let first = mark.column - 1
        let index =
            switch scalar.style {
            case .plain: plain(offset, of: Array(scalar.string.unicodeScalars), in: line, from: first)
            case .singleQuoted: quoted(offset, in: line, from: first, by: "'") { $0.first == "'" ? 2 : 1 }
            case .doubleQuoted: quoted(offset, in: line, from: first, by: "\"", length: Self.escapeLength)
            default: Int?.none
            }
        if let index { return (mark.line, index + 1) }
        guard scalar.style == .literal || scalar.style == .folded else { return nil }
        return placeInBlock(of: offset, in: Array(scalar.string.unicodeScalars), below: mark.line)
    }

    /// A plain scalar on one line stands there as it is.
    private func plain(_ offset: Int, of value: [Unicode.Scalar], in line: [Unicode.Scalar], from first: Int) -> Int? {
        line[first...].starts(with: value) ? first + offset : nil
    }

    private func quoted(
        _ offset: Int, in line: [Unicode.Scalar], from first: Int, by quote: Unicode.Scalar,
        length: (ArraySlice<Unicode.Scalar>) -> Int
    ) -> Int? {
        guard line[first] == quote else { return nil }
        var index = first + 1
        for _ in 0..<offset {
            guard index < line.count else { return nil }
            index += length(line[index...])
        }
        return index < line.count ? index : nil
    }

    /// The characters that the file needs for one of a double-quoted scalar.
    private static func escapeLength(_ rest: ArraySlice<Unicode.Scalar>) -> Int {
        guard rest.first == "\\" else { return 1 }
        return switch rest.dropFirst().first {
        case "x": 4
        case "u": 6
        case "U": 10
        default: 2
        }
    }

    /// Goes along the lines of a block scalar, as long as they are the value's own.
    private func placeInBlock(
        of offset: Int, in value: [Unicode.Scalar], below header: Int
    ) -> (line: Int, column: Int)? {
        var begun = 0
        var number = header + 1
        let indentation = line(number)?.prefix { $0 == " " }.count ?? 0
        while begun <= value.count, let line = line(number) {
            let content = line.dropFirst(min(indentation, line.prefix { $0 == " " }.count))
            guard value[begun...].starts(with: content) else { return nil }
            if offset <= begun + content.count { return (number, content.startIndex + offset - begun + 1) }
            // A line's end is one character of the value, a blank or a newline.
            begun += content.count + 1
            number += 1
        }
        return nil
    }
}
