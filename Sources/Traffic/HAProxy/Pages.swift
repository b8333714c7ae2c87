package import Domain
import DurableFiles
import Foundation

extension HAProxyFolder {
    /// The page of an environment under maintenance; people may put their own there.
    package func maintenancePage(of environment: EnvironmentName) -> String {
        "\(pages)/maintenance-\(environment).html"
    }

    /// Writes the pages that are missing, and answers the text of all of them: HAProxy reads them when it starts.
    func preparePages(of environments: [EnvironmentName]) throws -> String {
        var pages = [
            ("\(pages)/no-release.html", page("No release yet", "Nothing has been released here, or it is down.")),
            ("\(pages)/unknown-host.html", page("Unknown host", "No environment answers to this host name.")),
        ]
        for environment in environments {
            let text = page("Under maintenance", "We are working on it and will be back in a few minutes.")
            pages.append((maintenancePage(of: environment), text))
        }
        return try pages.map { path, text in
            if let present = FileManager.default.contents(atPath: path) {
                return String(decoding: present, as: UTF8.self)
            }
            try DurableFile.write(text, to: path)
            return text
        }.joined()
    }

    private func page(_ title: String, _ sentence: String) -> String {
        """
        <!doctype html>
        <html lang="en"><meta charset="utf-8"><title>\(title)</title>
        <body style="font: 1rem/1.5 sans-serif; margin: 4rem auto; max-width: 32rem">
        <h1>\(title)</h1><p>\(sentence)</p></body></html>

        """
    }
}
