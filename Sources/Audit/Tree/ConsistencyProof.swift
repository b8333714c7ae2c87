/// Checks that one tree is the beginning of another (RFC 6962-bis, section 2.1.4.2).
enum ConsistencyProof {
    static func holds(_ proof: [TreeHash], from old: (size: Int, root: TreeHash), to new: (size: Int, root: TreeHash))
        -> Bool
    {
        guard old.size <= new.size else { return false }
        if old.size == new.size { return proof.isEmpty && old.root == new.root }
        if old.size == 0 { return proof.isEmpty }
        var rest = proof[...]
        // A perfect old tree is a node of the new one, and is left out of the proof.
        if old.size & (old.size - 1) == 0 { rest = [old.root] + rest }
        guard let seed = rest.popFirst() else { return false }
        var (oldNode, newNode) = (old.size - 1, new.size - 1)
        while oldNode & 1 == 1 { (oldNode, newNode) = (oldNode >> 1, newNode >> 1) }
        var (oldRoot, newRoot) = (seed, seed)
        for hash in rest {
            guard newNode != 0 else { return false }
            if oldNode & 1 == 1 || oldNode == newNode {
                oldRoot = .node(hash, oldRoot)
                newRoot = .node(hash, newRoot)
                while oldNode & 1 == 0 && oldNode != 0 { (oldNode, newNode) = (oldNode >> 1, newNode >> 1) }
            } else {
                newRoot = .node(newRoot, hash)
            }
            (oldNode, newNode) = (oldNode >> 1, newNode >> 1)
        }
        return newNode == 0 && oldRoot == old.root && newRoot == new.root
    }
}
