import Domain

extension DataClass {
    /// Throws where a value is a payment provider's key that is not for data of this kind.
    func require(_ value: String, as name: String, in environment: EnvironmentName) throws {
        guard let key = PaymentKey(value), !key.isFit(for: self) else { return }
        throw ControlPlaneError.wrongPaymentKey(name: name, key, environment, self)
    }
}
