namespace NanoLibp2p.Buffers
{
    /// <summary>What <see cref="ProtobufReader.Next"/> found. Below 0 is a fault of the peer and final until the next reset.</summary>
    public enum ProtobufEvent
    {
        /// <summary>The length prefix exceeds the maximum given to <see cref="ProtobufReader.ResetDelimited"/>; <c>Value</c> has
        /// it.</summary>
        TooLong = -2,

        /// <summary>Not protobuf: a bad tag, varint or length, or a message that ends inside a field.</summary>
        Malformed = -1,

        /// <summary>Everything given is consumed; call again with more.</summary>
        NeedMore = 0,

        /// <summary>A varint field, in <c>Value</c>.</summary>
        Varint,

        /// <summary>A fixed 32- or 64-bit field, in <c>Value</c>.</summary>
        Fixed,

        /// <summary>A length-delimited field of <c>Value</c> bytes begins. Call <c>Enter</c>, <c>Skip</c> or neither, then go on.</summary>
        BytesBegin,

        /// <summary>Some bytes of it: the <c>Consumed</c> ones, from the offset on that was given.</summary>
        BytesChunk,

        /// <summary>The field is complete. A field of no bytes has no chunk.</summary>
        BytesEnd,

        /// <summary>The innermost message is complete: an entered field, or at depth 0 the whole.</summary>
        EndOfMessage,
    }
}
