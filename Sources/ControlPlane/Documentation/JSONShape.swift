import API
import Domain
import Foundation

/// The JSON Schema of a value, read off the value itself: its properties, their types, which may be missing.
enum JSONShape {
    static func schema(of value: Any) -> [String: Any] {
        switch value {
        case is String, is UUID, is any ValidatedName: return ["type": "string"]
        case is Bool: return ["type": "boolean"]
        case is Int, is Int32, is UInt64, is DeploymentID: return ["type": "integer"]
        case is Double: return ["type": "number"]
        case is Date: return ["type": "string", "format": "date-time"]
        case let value as any CaseIterable & RawRepresentable<String>: return enumeration(value)
        default: return structure(value)
        }
    }

    private static func enumeration<Value: CaseIterable & RawRepresentable<String>>(_ value: Value) -> [String: Any] {
        ["type": "string", "enum": Value.allCases.map(\.rawValue)]
    }

    private static func structure(_ value: Any) -> [String: Any] {
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional:
            return mirror.children.first.map { schema(of: $0.value) } ?? [:]
        case .collection:
            return ["type": "array", "items": mirror.children.first.map { schema(of: $0.value) } ?? [:]]
        case .dictionary:
            let pair = mirror.children.first.map { Mirror(reflecting: $0.value).children.map(\.value) }
            return ["type": "object", "additionalProperties": pair?.last.map { schema(of: $0) } ?? [:]]
        default:
            var properties: [String: Any] = [:]
            var required: [String] = []
            for case (let name?, let child) in mirror.children {
                properties[name] = schema(of: child)
                if Mirror(reflecting: child).displayStyle != .optional { required.append(name) }
            }
            return ["type": "object", "properties": properties, "required": required.sorted()]
        }
    }
}
