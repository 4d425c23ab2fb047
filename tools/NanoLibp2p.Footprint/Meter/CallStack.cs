namespace NanoLibp2p.Footprint.Metering;

/// <summary>
/// What rewritten code calls at run time: the depth of the call stack and the arrays made. One thread at a time.
/// Public because rewritten assemblies call it; nothing else does.
/// </summary>
public sealed class CallStack
{
    private const long OneFrame = 1L << 40;

    // frames above, bytes below: one addition keeps both
    private long depth;
    private long deepestBytes;
    private long deepestFrames;
    private long arrayBytes;
    private long arrays;

    internal long DeepestBytes => deepestBytes;

    internal long DeepestFrames => deepestFrames;

    internal long ArrayBytes => arrayBytes;

    internal long Arrays => arrays;

    internal void Reset() => Load(default);

    internal (long Depth, long Bytes, long Frames, long ArrayBytes, long Arrays) Save() =>
        (depth, deepestBytes, deepestFrames, arrayBytes, arrays);

    internal void Load((long Depth, long Bytes, long Frames, long ArrayBytes, long Arrays) saved) =>
        (depth, deepestBytes, deepestFrames, arrayBytes, arrays) = saved;

    /// <summary>A method is entered; the result goes to <see cref="Restore"/> in its handlers.</summary>
    public long Enter(int frameBytes)
    {
        depth += OneFrame + frameBytes;
        var bytes = depth & (OneFrame - 1);
        if (bytes > deepestBytes)
        {
            deepestBytes = bytes;
        }
        if (depth / OneFrame > deepestFrames)
        {
            deepestFrames = depth / OneFrame;
        }
        return depth;
    }

    /// <summary>A method returns.</summary>
    public void Leave(int frameBytes) => depth -= OneFrame + frameBytes;

    /// <summary>A handler begins: the frames that an exception left are gone.</summary>
    public void Restore(long entered) => depth = entered;

    /// <summary>An array of <paramref name="length"/> elements is made.</summary>
    /// <returns>The length, for the instruction that makes it.</returns>
    public static int Array(int length, CallStack stack, int elementBytes, int boxBytes)
    {
        if (length >= 0)
        {
            stack.arrays += boxBytes == 0 ? 1 : 1 + length;
            stack.arrayBytes += NanoHeap.ArrayBytes(length, elementBytes, boxBytes);
        }
        return length;
    }
}
