/// Test data that is the same every time: a fleet, customers and loads in all states.
package struct SampleFreight: Equatable, Sendable {
    package var vehicles = 200
    package var drivers = 150
    package var customers = 80
    package var loads = 2_000

    package init() {}

    package init(vehicles: Int, drivers: Int, customers: Int, loads: Int) {
        self.vehicles = vehicles
        self.drivers = drivers
        self.customers = customers
        self.loads = loads
    }
}

extension SampleFreight {
    static let cities = [
        "Rotterdam", "Hamburg", "Antwerp", "Lyon", "Milan", "Vienna", "Prague", "Gdańsk", "Munich", "Basel",
        "Bilbao", "Lille", "Leipzig", "Turin", "Aarhus", "Malmö", "Brno", "Zagreb", "Graz", "Ghent",
    ]
    static let cargoes = [
        "Machine parts", "Fresh produce", "Steel coils", "Olive oil", "Paper rolls", "Furniture", "Medical supplies",
        "Solar panels", "Timber", "Car tyres", "Frozen fish", "Cement",
    ]
    static let firstNames = [
        "Anna", "Bram", "Carla", "Dario", "Elif", "Filip", "Greta", "Hugo", "Ines", "Jonas", "Klara", "Luca", "Marta",
        "Nils", "Olga", "Pavel", "Rosa", "Sven", "Tessa", "Viktor",
    ]
    static let lastNames = [
        "Bakker", "Costa", "Dvořák", "Eriksen", "Fischer", "Gruber", "Horvat", "Ibarra", "Jansen", "Kowalski",
        "Lehmann",
        "Moreau", "Novak", "Peeters", "Rossi",
    ]
    static let companies = ["Logistik", "Trading", "Foods", "Steelworks", "Paper", "Marine", "Farms", "Textiles"]
}
