import Hummingbird

/// The page where booked loads get a vehicle and a driver.
struct DispatchPage {
    let loads: LoadStore
    let vehicles: VehicleStore
    let drivers: DriverStore
    let figures: DispatchFigureCache
    let renderer: PageRenderer

    func add(to router: Router<FreightRequestContext>) {
        router.get("/") { _, _ in Response.redirect(to: "/dispatch", type: .found) }
        router.get("/dispatch") { request, _ in try await show(request) }
        router.post("/dispatch") { request, context in
            let form = try await request.form(AssignmentForm.self, context)
            return try await afterwards(.dispatched(form.load)) {
                try await loads.dispatch(form.load, vehicle: form.vehicle, driver: form.driver)
            }
        }
        router.post("/dispatch/:id/deliver") { _, context in
            let id = try context.parameters.identifier(of: Load.self)
            return try await afterwards(.delivered(id)) { try await loads.deliver(id) }
        }
    }

    /// Does the work and sends the browser back to the page with what came of it.
    private func afterwards(_ success: DispatchNotice, _ work: () async throws -> Load) async throws -> Response {
        var notice = success
        do {
            _ = try await work()
            await figures.forget()
        } catch let error as FreightError {
            guard let problem = DispatchNotice(error) else { throw error }
            notice = problem
        }
        return Response.redirect(to: "/dispatch?\(notice.query)", type: .normal)
    }

    private struct AssignmentForm: Decodable {
        var load: Load.ID
        var vehicle: Vehicle.ID
        var driver: Driver.ID
    }

    private func show(_ request: Request) async throws -> Response {
        // 1.0.0 knows equipment only as codes and has no filter.
        let hasFilter = vehicles.schema != .typeCode
        let equipment = hasFilter ? try request.choice("equipment", of: Equipment.self) : nil
        let choices = Limits.dispatchChoices
        async let free = vehicles.vehicles(equipment: equipment, freeOnly: true, limit: choices)
        async let idle = drivers.drivers(freeOnly: true, limit: choices)
        async let booked = loads.nextLoads(status: .booked, limit: Limits.dispatchRows)
        async let dispatched = loads.nextLoads(status: .dispatched, limit: Limits.dispatchRows)
        let view = try await DispatchView(
            frame: PageFrame(title: "Dispatch", section: .dispatch, release: renderer.release),
            figures: figures.figures(),
            notice: DispatchNotice(query: request.uri.queryParameters),
            equipmentFilter: hasFilter ? DispatchView.filter(equipment) : [],
            booked: booked.map(LoadRow.init),
            dispatched: dispatched.map(LoadRow.init),
            vehicles: free.map(DispatchView.Choice.init),
            drivers: idle.map(DispatchView.Choice.init)
        )
        return renderer.page(view, template: .dispatch)
    }
}

extension Request {
    /// The body, read as a browser's form.
    fileprivate func form<Body: Decodable>(
        _ type: Body.Type, _ context: FreightRequestContext
    ) async throws -> Body {
        do {
            return try await URLEncodedFormDecoder().decode(type, from: self, context: context)
        } catch is DecodingError {
            throw FreightError.unreadableRequest(reason: "choose a load, a vehicle and a driver")
        }
    }
}
