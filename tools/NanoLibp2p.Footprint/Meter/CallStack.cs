using NanoLibp2p.DeviceModel;

namespace NanoLibp2p.Footprint.Metering;

/// <summary>
/// What rewritten code calls at run time: the depth of the call stack and the arrays made. One thread at a time.
/// Public because rewritten assemblies call it; nothing else does.
/// </summary>
public sealed class CallStack
{
    private const long OneFrame = 1L << 40;

    // frames above, bytes below: one addition keeps both
    private long _depth;
    private long _deepestBytes;
    private long _deepestFrames;
    private long _arrayBytes;
    private long _arrays;

    internal long DeepestBytes => _deepestBytes;

    internal long DeepestFrames => _deepestFrames;

    internal long ArrayBytes => _arrayBytes;

    internal long Arrays => _arrays;

    internal void Reset() => Load(default);

    internal (long Depth, long Bytes, long Frames, long ArrayBytes, long Arrays) Save() =>
        (_depth, _deepestBytes, _deepestFrames, _arrayBytes, _arrays);

    internal void Load((long Depth, long Bytes, long Frames, long ArrayBytes, long Arrays) saved) =>
        (_depth, _deepestBytes, _deepestFrames, _arrayBytes, _arrays) = saved;

    /// <summary>A method is entered; the result goes to <see cref="Restore"/> in its handlers.</summary>
    public long Enter(int frameBytes)
    {
        _depth += OneFrame + frameBytes;
        long bytes = _depth & (OneFrame - 1);
        if (bytes > _deepestBytes)
        {
            _deepestBytes = bytes;
        }
        if (_depth / OneFrame > _deepestFrames)
        {
            _deepestFrames = _depth / OneFrame;
        }
        return _depth;
    }

    /// <summary>A method returns.</summary>
    public void Leave(int frameBytes) => _depth -= OneFrame + frameBytes;

    /// <summary>A handler begins: the frames that an exception left are gone.</summary>
    public void Restore(long entered) => _depth = entered;

    /// <summary>An array of <paramref name="length"/> elements is made.</summary>
    /// <returns>The length, for the instruction that makes it.</returns>
    public static int Array(int length, CallStack stack, int elementBytes, int boxBytes)
    {
        if (length >= 0)
        {
            stack._arrays += boxBytes == 0 ? 1 : 1 + length;
            stack._arrayBytes += NanoHeap.ArrayBytes(length, elementBytes, boxBytes);
        }
        return length;
    }
}
