using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace NanoLibp2p.Fuzz;

/// <summary>Seeds, and what a generator with a fixed start makes of them: the same inputs in every run.</summary>
public sealed class Mutator
{
    private static readonly byte[] _interesting =
        [0, 1, 2, 4, 8, 0x0A, 0x0F, 0x10, 0x12, 0x1A, 0x20, 0x22, 0x7F, 0x80, 0xAA, 0xC0, 0xFE, 0xFF];

    private readonly Random _random;
    private readonly byte[][] _seeds;

    public Mutator(string target, int seed)
    {
        _random = new Random(seed);
        string folder = Path.Combine(AppContext.BaseDirectory, "seeds", target);
        _seeds = Directory.Exists(folder) ? [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)] : [];
    }

    public IReadOnlyList<byte[]> Seeds => _seeds;

    public byte[] Next()
    {
        List<byte> bytes = new(_seeds[_random.Next(_seeds.Length)]);
        for (int changes = 1 + _random.Next(6); changes > 0; changes--)
        {
            int at = _random.Next(bytes.Count + 1);
            int count = Math.Min(1 + _random.Next(8), bytes.Count - at);
            switch (_random.Next(8))
            {
                case 0 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << _random.Next(8));
                    break;
                case 1 when at < bytes.Count:
                    bytes[at] = _interesting[_random.Next(_interesting.Length)];
                    break;
                case 2:
                    bytes.Insert(at, _interesting[_random.Next(_interesting.Length)]);
                    break;
                case 3:
                    bytes.RemoveRange(at, count);
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, count));
                    break;
                case 5 when _random.Next(4) == 0:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 6 when _random.Next(4) == 0:
                    byte[] other = _seeds[_random.Next(_seeds.Length)];
                    bytes.InsertRange(at, other.Skip(_random.Next(other.Length + 1)));
                    break;
                default:
                    byte[] noise = new byte[_random.Next(6)];
                    _random.NextBytes(noise);
                    bytes.InsertRange(at, noise);
                    break;
            }
        }
        return [.. bytes];
    }
}
