using System;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Client;

/// <summary>The work that a gateway asks of strangers (SPEC.md 9.3): a number that makes a hash begin with so many zero bits.</summary>
public static class ProofOfWork
{
    /// <summary>The most bits that may be asked for.</summary>
    public const int MaxBits = 32;

    // tries between two looks at the clock and the token
    private const int Turn = 1 << 14;

    private static readonly byte[] _label = Encoding.ASCII.GetBytes("nanolibp2p-postbox-work:");

    /// <summary>Finds one, on all cores but one.</summary>
    /// <param name="to">The recipient.</param>
    /// <param name="id">The item's SHA-256.</param>
    /// <param name="bits">Zero bits, 0 to <see cref="MaxBits"/>. Each one more doubles the time; 18 are a fraction of a second.</param>
    /// <param name="progress">Told each 16,384 tries; null for nobody.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>The 8 bytes of the number, as they are sent.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<byte[]> FindAsync(PeerId to, byte[] id, int bits, IProgress<WorkProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(to);
        ArgumentNullException.ThrowIfNull(id);
        ArgumentOutOfRangeException.ThrowIfNegative(bits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, MaxBits);
        byte[] head = Head(to, id);
        using CancellationTokenSource found = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        int workers = Math.Max(1, Environment.ProcessorCount - 1);
        long next = 0;
        long tried = 0;
        byte[]? result = null;
        Task[] tasks = new Task[workers];
        for (int i = 0; i < workers; i++)
        {
            tasks[i] = Task.Run(
                () =>
                {
                    while (!found.IsCancellationRequested)
                    {
                        ulong from = (ulong)(Interlocked.Add(ref next, Turn) - Turn);
                        if (Search(head, from, bits) is { } work)
                        {
                            Interlocked.CompareExchange(ref result, work, null);
                            found.Cancel();
                        }

                        progress?.Report(new WorkProgress(bits, Interlocked.Add(ref tried, Turn), 1L << bits));
                    }
                },
                CancellationToken.None);
        }

        await Task.WhenAll(tasks).ConfigureAwait(false);
        if (result == null)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        return result!;
    }

    /// <summary>Whether a number is work enough.</summary>
    /// <param name="to">The recipient.</param>
    /// <param name="id">The item's SHA-256.</param>
    /// <param name="work">The number's 8 bytes.</param>
    /// <param name="bits">Zero bits that are asked for.</param>
    public static bool IsEnough(PeerId to, byte[] id, byte[] work, int bits)
    {
        ArgumentNullException.ThrowIfNull(to);
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(work);
        byte[] block = [.. Head(to, id), .. work];
        return ZeroBits(SHA256.HashData(block)) >= bits;
    }

    private static byte[] Head(PeerId to, byte[] id) => SHA256.HashData([.. _label, .. to.ToBytes(), .. id]);

    private static byte[]? Search(byte[] head, ulong from, int bits)
    {
        Span<byte> block = stackalloc byte[40];
        Span<byte> hash = stackalloc byte[32];
        head.CopyTo(block);
        for (ulong number = from; number < from + Turn; number++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(block[32..], number);
            SHA256.HashData(block, hash);
            if (ZeroBits(hash) >= bits)
            {
                return block[32..].ToArray();
            }
        }

        return null;
    }

    private static int ZeroBits(ReadOnlySpan<byte> hash)
        => System.Numerics.BitOperations.LeadingZeroCount(BinaryPrimitives.ReadUInt64BigEndian(hash));
}
