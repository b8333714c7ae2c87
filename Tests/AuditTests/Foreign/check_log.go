// Checks a log with Go's own packages for transparency logs (golang.org/x/mod/sumdb), of which nothing is copied here.
//
//	check_log FOLDER VKEY                          the checkpoint's signature and every entry against the root
//	check_log FOLDER VKEY -remembered FILE         and that it continues an earlier checkpoint
//	check_log FOLDER VKEY -from NUMBER             the same of a log whose entries before that one were pruned
//	check_log -request FILE VKEY -answer FILE KEY  what a witness was asked, and that its cosignature is good
//
// Prints "ok" and the number of entries.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func read(path string) []byte {
	data, err := os.ReadFile(path)
	must(err)
	return data
}

// tiles reads the files of C2SP tlog-tiles, which differ from those of Go's checksum database in their paths alone.
type tiles struct{ folder string }

func (t tiles) Height() int                     { return 8 }
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range wanted {
		data, err := os.ReadFile(filepath.Join(t.folder, path(tile)))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func path(tile tlog.Tile) string {
	name := strings.TrimPrefix(tile.Path(), "tile/8/")
	return "tile/" + strings.Replace(name, "data/", "entries/", 1)
}

func parseCheckpoint(text string) (origin string, tree tlog.Tree) {
	lines := strings.Split(text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	must(err)
	tree.N = size
	copy(tree.Hash[:], root)
	return lines[0], tree
}

func openNote(message []byte, vkey string) string {
	verifier, err := note.NewVerifier(strings.TrimSpace(vkey))
	must(err)
	opened, err := note.Open(message, note.VerifierList(verifier))
	must(err)
	return opened.Text
}

func checkEntries(folder string, first int64, tree tlog.Tree) {
	reader := tlog.TileHashReader(tree, tiles{folder})
	for start := first; start < tree.N; start += 256 {
		width := tree.N - start
		if width > 256 {
			width = 256
		}
		bundle := read(filepath.Join(folder, path(tlog.Tile{H: 8, L: -1, N: start / 256, W: int(width)})))
		var indexes []int64
		var hashes []tlog.Hash
		for offset := int64(0); offset < width; offset++ {
			length := int(binary.BigEndian.Uint16(bundle))
			hashes = append(hashes, tlog.RecordHash(bundle[2:2+length]))
			indexes = append(indexes, tlog.StoredHashIndex(0, start+offset))
			bundle = bundle[2+length:]
		}
		if len(bundle) > 0 {
			log.Fatalf("bytes are left in the bundle of entry %d", start)
		}
		proved, err := reader.ReadHashes(indexes)
		must(err)
		for offset, hash := range proved {
			if hash != hashes[offset] {
				log.Fatalf("entry %d is not in the tree", start+int64(offset))
			}
		}
	}
}

func checkGrowth(folder string, old, tree tlog.Tree) {
	proof, err := tlog.ProveTree(tree.N, old.N, tlog.TileHashReader(tree, tiles{folder}))
	must(err)
	must(tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash))
}

// cosigner checks version 1 of C2SP tlog-cosignature, which Go's packages do not know.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }
func (c cosigner) Verify(message, signature []byte) bool {
	if len(signature) != 72 {
		return false
	}
	time := binary.BigEndian.Uint64(signature)
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", time, message)
	return ed25519.Verify(c.key, []byte(signed), signature[8:])
}

func parseCosigner(vkey string) cosigner {
	parts := strings.SplitN(strings.TrimSpace(vkey), "+", 3)
	key, err := base64.StdEncoding.DecodeString(parts[2])
	must(err)
	if len(key) != 33 || key[0] != 4 {
		log.Fatal("that is no key of a cosigner")
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	hash := binary.BigEndian.Uint32(sum[:])
	if fmt.Sprintf("%08x", hash) != parts[1] {
		log.Fatal("the key's identifier is wrong")
	}
	return cosigner{parts[0], hash, key[1:]}
}

func checkWitness(request, vkey, answer, witnessKey string) {
	body := read(request)
	gap := bytes.Index(body, []byte("\n\n"))
	head := strings.Split(string(body[:gap]), "\n")
	checkpoint := body[gap+2:]
	_, tree := parseCheckpoint(openNote(checkpoint, vkey))
	old, err := strconv.ParseInt(strings.TrimPrefix(head[0], "old "), 10, 64)
	must(err)
	opened, err := note.Open(
		append(checkpoint, read(answer)...), note.VerifierList(parseCosigner(witnessKey)))
	must(err)
	if len(opened.Sigs) != 1 {
		log.Fatal("there is not exactly one cosignature")
	}
	fmt.Println("ok", tree.N, "from", old, "by a proof of", len(head)-1)
}

func main() {
	arguments := os.Args[1:]
	if arguments[0] == "-request" {
		checkWitness(arguments[1], arguments[2], arguments[4], arguments[5])
		return
	}
	folder, vkey := arguments[0], arguments[1]
	_, tree := parseCheckpoint(openNote(read(filepath.Join(folder, "checkpoint")), vkey))
	first := int64(0)
	if len(arguments) > 2 && arguments[2] == "-from" {
		number, err := strconv.ParseInt(arguments[3], 10, 64)
		must(err)
		first = number
	}
	checkEntries(folder, first, tree)
	if len(arguments) > 2 && arguments[2] == "-remembered" {
		_, old := parseCheckpoint(openNote(read(arguments[3]), vkey))
		checkGrowth(folder, old, tree)
	}
	fmt.Println("ok", tree.N)
}
