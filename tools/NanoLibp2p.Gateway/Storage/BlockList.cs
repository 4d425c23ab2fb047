using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Text;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Storage;

/// <summary>The peers that may not connect: a file with a peer id a line, kept over restarts; # begins a comment. From any
/// thread.</summary>
internal sealed class BlockList
{
    // some 60 bytes each
    private const int MaxPeers = 100_000;

    private readonly DataFolder _folder;
    private readonly object _turn = new();
    private ImmutableHashSet<PeerId> _blocked = [];

    internal BlockList(DataFolder folder)
    {
        _folder = folder;
        Reload();
    }

    /// <summary>Who is blocked.</summary>
    internal IReadOnlyCollection<PeerId> Peers => _blocked;

    internal bool Contains(PeerId peer) => _blocked.Contains(peer);

    /// <summary>Reads the file again.</summary>
    /// <exception cref="GatewayException">It can't be read, or a line is no peer id: then all stays as it was.</exception>
    internal void Reload()
    {
        lock (_turn)
        {
            byte[] bytes = _folder.TryRead(DataFolder.BlockedFile) ?? [];
            List<PeerId> peers = [];
            int number = 0;
            foreach (string line in Encoding.UTF8.GetString(bytes).Split('\n'))
            {
                number++;
                string text = line.Split('#')[0].Trim();
                if (text.Length > 0)
                {
                    peers.Add(PeerId.TryParse(text, out string _) ?? throw new GatewayException(
                        $"{_folder.PathOf(DataFolder.BlockedFile)}: line {number} is no peer id; give one such as 12D3KooW...",
                        isConfiguration: true));
                }
            }

            _blocked = [.. peers];
        }
    }

    /// <summary>Blocks a peer.</summary>
    /// <returns>False when it was blocked before.</returns>
    /// <exception cref="GatewayException">The list is full, or can't be written: it is blocked for this run all the same.</exception>
    internal bool Add(PeerId peer)
    {
        lock (_turn)
        {
            if (_blocked.Contains(peer))
            {
                return false;
            }

            if (_blocked.Count >= MaxPeers)
            {
                throw new GatewayException($"{MaxPeers} peers are blocked already; unblock some, or let in only who is admitted");
            }

            _blocked = _blocked.Add(peer);
            Write();
            return true;
        }
    }

    /// <summary>Lets a peer in again.</summary>
    /// <returns>False when it was not blocked.</returns>
    /// <exception cref="GatewayException">The list can't be written.</exception>
    internal bool Remove(PeerId peer)
    {
        lock (_turn)
        {
            if (!_blocked.Contains(peer))
            {
                return false;
            }

            _blocked = _blocked.Remove(peer);
            Write();
            return true;
        }
    }

    private void Write() => _folder.Write(DataFolder.BlockedFile, Encoding.UTF8.GetBytes(
        string.Concat(_blocked.Select(one => one.ToString()).Order(StringComparer.Ordinal).Select(one => one + "\n"))));
}
