using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace NanoLibp2p.Host.PubSub;

/// <summary>
/// The names of topics as text, one character for each byte, so that whatever bytes a peer sends are a name; looked up by their bytes,
/// which makes nothing for a name that is known.
/// </summary>
internal sealed class TopicNames
{
    private const int MaxNames = 65536;

    private readonly HashSet<string> _names = new(new Comparer());
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<byte>> _lookup;

    internal TopicNames() => _lookup = _names.GetAlternateLookup<ReadOnlySpan<byte>>();

    internal string Get(ReadOnlySpan<byte> name)
    {
        if (_lookup.TryGetValue(name, out string? known))
        {
            return known;
        }

        if (_names.Count >= MaxNames)
        {
            _names.Clear();
        }

        string made = Encoding.Latin1.GetString(name);
        _names.Add(made);
        return made;
    }

    private sealed class Comparer : IEqualityComparer<string>, IAlternateEqualityComparer<ReadOnlySpan<byte>, string>
    {
        public bool Equals(string? x, string? y) => string.Equals(x, y, StringComparison.Ordinal);

        public int GetHashCode([DisallowNull] string obj)
        {
            // the same as of its bytes
            Span<byte> bytes = stackalloc byte[1024];
            return GetHashCode(bytes[..Encoding.Latin1.GetBytes(obj.AsSpan(0, Math.Min(obj.Length, bytes.Length)), bytes)]);
        }

        public bool Equals(ReadOnlySpan<byte> alternate, string other)
        {
            if (alternate.Length != other.Length)
            {
                return false;
            }

            for (int i = 0; i < alternate.Length; i++)
            {
                if (alternate[i] != other[i])
                {
                    return false;
                }
            }

            return true;
        }

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            // seeded anew in each process
            HashCode hash = default;
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public string Create(ReadOnlySpan<byte> alternate) => Encoding.Latin1.GetString(alternate);
    }
}
